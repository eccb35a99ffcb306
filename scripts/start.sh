#!/bin/sh
# `npm start`: set up, then tell two stories on real packets in a cloud of their own (an endpoint service; S3 through a
# gateway endpoint with a policy), and stay up until Ctrl-C.
# `npm start -- --once` ends after the stories; other arguments are those of `isthmus lab run`.
cd "$(dirname "$0")/.." || exit 1
sh scripts/set-up.sh || exit 3
sh scripts/set-up.sh --probe 2>/dev/null || exit 3 # set-up has said why

stay=--stay
for argument do
  shift
  case $argument in
    --once) stay= ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec ./isthmus lab run endpoint-service gateway-endpoint $stay "$@"

#!/bin/sh
# `npm start`: set up, then tell the endpoint-service story on real packets in a cloud of its own, and stay up until Ctrl-C.
# `npm start -- --once` ends after the story; other arguments are those of `isthmus lab run`.
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
exec ./isthmus lab run endpoint-service $stay "$@"

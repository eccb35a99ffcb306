# Login shells see what PID 1 sees: region and certificate variables.
set -a
. /etc/environment
set +a

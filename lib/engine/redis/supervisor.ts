/**
 * The supervisor: a shell script that runs one server and ends it when kvlab ends, however that happens.
 *
 * kvlab holds the other end of the script's input. The system closes it when kvlab dies, even by SIGKILL; the script
 * then kills the server and removes what was temporary. It runs in a session of its own, so that neither a Ctrl-C at
 * the terminal nor the terminal's end reaches it or the server: kvlab reports first, and then lets go.
 *
 * Its stdout is the server's, and ends with the server. Each line of its stdin is the name of a signal for the server,
 * or {@linkcode KEEP}; when that is done, it writes a line to stderr.
 *
 * @module
 */

/** A line of the script's input: from now on, what is temporary is left for kvlab to remove. */
export const KEEP = "keep";

/** Exit code of the script when there is no program to start. */
export const NO_PROGRAM_CODE = 127;

/** A file in the server's directory that holds its process id while it runs. */
export const PID_FILE_NAME = "server.pid";

/**
 * Runs in the server's directory. Arguments: what to remove at the end, or nothing; the server's program; the server's
 * arguments.
 *
 * A server whose kvlab has just been killed may not be dead yet: its successor in the directory waits for that, up to
 * five seconds. After that, the process with that id must be something else.
 *
 * The last loop tries twice, because a child of the server that is still writing a file ends a moment after it.
 */
export const SUPERVISOR_SCRIPT = `
temporary=$1
shift
trap '' HUP INT TERM PIPE
command -v "$1" >/dev/null || exit ${NO_PROGRAM_CODE}
tries=0
while [ -e ${PID_FILE_NAME} ] && kill -s 0 "$(cat ${PID_FILE_NAME})" && [ $tries -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.05
done 2>/dev/null
"$@" </dev/null 2>&1 &
server=$!
echo $server >${PID_FILE_NAME}
exec >/dev/null
while read -r word; do
  case $word in
    ${KEEP}) temporary= ;;
    *) kill -s "$word" $server 2>/dev/null ;;
  esac
  echo done >&2
done
exec 2>/dev/null
kill -s KILL $server
wait $server
rm -f ${PID_FILE_NAME}
if [ -n "$temporary" ]; then
  cd /
  rm -rf -- "$temporary" || { sleep 1; rm -rf -- "$temporary"; }
fi
`;

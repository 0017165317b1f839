/**
 * The two shell scripts around a server: the launcher becomes the server, and the supervisor ends it when kvlab ends,
 * however that happens.
 *
 * kvlab holds the other end of the supervisor's input. The system closes it when kvlab dies, even by SIGKILL; the
 * supervisor then kills the server and removes what was temporary. Each script runs in a session of its own, so that
 * neither a Ctrl-C at the terminal nor the terminal's end reaches it or the server: kvlab reports first, and then lets
 * go.
 *
 * The launcher's session is also the process group of the server and of most that it starts, as when the program is a
 * script around a server. Signals go to the whole group, and to those descendants that have left it, as each process of
 * PostgreSQL does, so that nothing of it is left.
 *
 * @module
 */

/** A line of the supervisor's input: from now on, what is temporary is left for kvlab to remove. */
export const KEEP = "keep";

/** Exit code of the launcher, which then has said nothing, when there is no program to start. */
export const NO_PROGRAM_CODE = 127;

/** A file in the server's directory that holds its process id, which is also its group's, while it runs. */
export const PID_FILE_NAME = "server.pid";

/**
 * Shell functions: `signal NAME PID` reaches the process group with that id, and all descendants of its leader. While
 * they are being listed, the group is stopped, and starts no more of them. Linux keeps the lists; other systems have
 * `pgrep`.
 */
const FUNCTIONS = `
descendants() (
  for child in $(cat /proc/"$1"/task/*/children || pgrep -P "$1"); do
    echo "$child"
    descendants "$child"
  done
)
signal() {
  kill -s STOP -- "-$2"
  kill -s "$1" -- $(descendants "$2") "-$2"
  [ "$1" = STOP ] || kill -s CONT -- "-$2"
}
`;

/** Kills a server. Argument: its process group. */
export const KILL_SCRIPT = `exec 2>/dev/null
${FUNCTIONS}
signal KILL "$1"
`;

/**
 * Becomes the server. Arguments: the server's directory, what starts it in another network or as another user, as
 * words, or nothing, its program and the program's arguments. The program is looked up before the directory is entered,
 * since a path that the user gives starts where the user is.
 *
 * A server whose kvlab has just been killed may not be dead yet: its successor in the directory waits for that, up to
 * five seconds. After that, the process with that id must be something else.
 *
 * It becomes the server once it has read a line: by then the supervisor watches it. Without one, kvlab has died.
 */
export const LAUNCHER_SCRIPT = `
directory=$1 become=$2 name=$3
shift 3
program=$(command -v -- "$name") || exit ${NO_PROGRAM_CODE}
case $program in /*) ;; *) program=$PWD/$program ;; esac
exec 2>&1
cd -- "$directory" || exit 1
tries=0
while [ -e ${PID_FILE_NAME} ] && kill -s 0 -- "-$(cat ${PID_FILE_NAME})" && [ $tries -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.05
done 2>/dev/null
echo $$ >${PID_FILE_NAME}
read -r go || exit 1
exec $become "$program" "$@" </dev/null
`;

/**
 * Arguments: the process group to end, the server's directory, what to remove at the end, or nothing, a signal that may
 * end it by itself, or nothing, and a command that tidies up, or nothing. Each line of its input is the name of a
 * signal for the group, or {@linkcode KEEP}; when that is done, it writes a line.
 *
 * What is temporary is removed in two tries, because a process that was still writing a file ends a moment after it.
 */
export const SUPERVISOR_SCRIPT = `
group=$1 directory=$2 temporary=$3 quit=$4 tidy=$5
${FUNCTIONS}
trap '' HUP INT TERM PIPE
exec 2>/dev/null
while read -r word; do
  case $word in
    ${KEEP}) temporary= ;;
    *) signal "$word" "$group" ;;
  esac
  echo done
done
exec >/dev/null
ends() {
  tries=0
  while kill -s 0 -- "-$group" && [ $tries -lt 40 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
}
if [ -n "$quit" ]; then
  kill -s CONT -- $(descendants "$group") "-$group"
  kill -s "$quit" -- "$group" && ends
fi
signal KILL "$group"
ends
(cd -- "$directory" && eval "$tidy")
[ "$(cat "$directory/${PID_FILE_NAME}")" != "$group" ] || rm -f -- "$directory/${PID_FILE_NAME}"
if [ -n "$temporary" ]; then
  rm -rf -- "$temporary" || { sleep 1; rm -rf -- "$temporary"; }
fi
`;

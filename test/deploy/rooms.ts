import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a container or a unit lets a program have. */
export type Room = {
  /** Its only places that can be written to and are gone with it, as compose has them: `/tmp:size=64m,mode=1777`. */
  readonly tmpfs: readonly string[]
  /** Those that stay: the folder of this machine that lies there. */
  readonly volumes: Readonly<Record<string, string>>
  /** The only system calls that may be made, by name. Absent: all. */
  readonly calls?: readonly string[]
}

/** Builds the room under $1, read-only but for what is named, and becomes the program in it as a user without powers. */
const BUILD = `
set -eu
root=$1 node=$2 build=$3 modules=$4 tmpfs=$5 volumes=$6
shift 6
mount -t tmpfs -o mode=755 none "$root"
for at in usr bin sbin lib lib64 etc proc dev; do
  if [ -h "/$at" ]; then cp -P "/$at" "$root/$at"
  elif [ -d "/$at" ]; then mkdir "$root/$at"; mount --rbind "/$at" "$root/$at"; fi
done
mount -t tmpfs -o size=64m,mode=1777 none "$root/dev/shm"
mkdir -p "$root/app/dist" "$root/app/node_modules"
mount --bind "$build" "$root/app/dist"
mount --bind "$modules" "$root/app/node_modules"
cp "$build/../../../package.json" "$root/app/"
touch "$root/node"
mount --bind "$node" "$root/node"
for line in $tmpfs; do
  mkdir -p "$root\${line%%:*}"
  mount -t tmpfs -o "\${line#*:}" none "$root\${line%%:*}"
done
for line in $volumes; do
  mkdir -p "$root\${line%%=*}"
  mount --bind "\${line#*=}" "$root\${line%%=*}"
done
mount -o remount,ro "$root"
exec chroot "$root" setpriv --reuid=10001 --regid=10001 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
`

/** Lets through the system calls named in the first argument; every other one fails with EPERM (SystemCallErrorNumber=). Then it becomes the program. */
const ALLOW_ONLY = `
require 'syscall.ph';
my ($names, @command) = @ARGV;
my @numbers = map { my $sub = main->can("SYS_$_"); $sub ? $sub->() : () } split / /, $names;
my $program = pack 'SCCL', 0x20, 0, 0, 0;
$program .= pack('SCCL', 0x15, 0, 1, $_) . pack('SCCL', 6, 0, 0, 0x7fff0000) for @numbers;
$program .= pack 'SCCL', 6, 0, 0, 0x50001;
my $filter = pack 'S x6 P', length($program) / 8, $program;
syscall(&SYS_prctl, 22, 2, $filter, 0, 0) == 0 or die "seccomp: $!";
exec { $command[0] } @command;
`

const works = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
/** Only root may build rooms, and not in every container. */
export const canBuildRooms =
  process.getuid?.() === 0 && works('unshare', '--mount', 'true') && works('setpriv', '--version')
/** systemd tells what its groups of system calls hold; the full Perl, their numbers. */
export const knowsSystemCalls = works('systemd-analyze', '--version') && works('perl', '-e', "require 'syscall.ph'")

/** `node` in such a room, built in the empty folder `root`, with the program `main` of a build that lies in it as in our image. */
export function inRoom(
  root: string,
  room: Room,
  main: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  const build = main.slice(0, main.lastIndexOf('/dist/') + '/dist'.length)
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
  for (const folder of Object.values(room.volumes)) mkdirSync(folder, { recursive: true })
  const volumes = Object.entries(room.volumes).map(([at, folder]) => `${at}=${folder}`)
  const filter = room.calls ? ['perl', '-e', ALLOW_ONLY, room.calls.join(' ')] : []
  const program = ['/node', join('/app/dist', main.slice(build.length)), ...args]
  const places = [root, process.execPath, build, modules, room.tmpfs.join(' '), volumes.join(' ')]
  return {
    command: 'unshare',
    args: ['--mount', '--propagation', 'private', 'sh', '-c', BUILD, 'sh', ...places, ...filter, ...program],
  }
}

/** The system calls that a unit's SystemCallFilter= lines leave, by name: groups are those of this machine's systemd. */
export function systemCallsOf(unit: string): readonly string[] {
  const left = new Set<string>()
  for (const [, not, list = ''] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm))
    for (const name of list.split(/\s+/).flatMap(membersOf)) not ? left.delete(name) : left.add(name)
  return [...left]
}

function membersOf(name: string): readonly string[] {
  if (!name.startsWith('@')) return [name]
  const { status, stdout } = spawnSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' })
  if (status !== 0) return []
  const members = stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
  return members.filter((member) => member && !member.startsWith('#')).flatMap(membersOf)
}

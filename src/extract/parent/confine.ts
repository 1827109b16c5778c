import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { filterProgram, type SystemCalls, systemCalls } from './system-calls.ts'

/** A program and its arguments. */
export type Command = { readonly command: string; readonly args: readonly string[] }

export type Bounds = {
  /** Memory of its own that the process may take: private and writable, in bytes. */
  readonly memoryBytes: number
  /** Folders that it may write in. Everywhere else it only reads. */
  readonly writable?: readonly string[]
}

/**
 * Makes the system calls that Node.js cannot make, and then becomes the program: same process number, same open files. Perl is part of every
 * Debian and Ubuntu, the slim images included, and is at work in two milliseconds. What a kernel does not know is left out.
 * In this order: RLIMIT_DATA and RLIMIT_CORE (setrlimit(2)); root's powers but for reading any file, and PR_SET_NO_NEW_PRIVS (prctl(2));
 * writing, and with newer kernels signals and abstract sockets (landlock(7)); the filter of system calls (seccomp(2)).
 */
const SCRIPT = `
my ($prctl, $prlimit, $bytes, $filter, $writable, @command) = @ARGV;
$_ += 0 for $prctl, $prlimit, $bytes;
delete $ENV{PERL_BADLANG};
my ($data, $core) = (pack('QQ', $bytes, $bytes), pack('QQ', 0, 0 * $bytes));
syscall $prlimit, 0, 2, $data, 0;
syscall $prlimit, 0, 4, $core, 0;
syscall $prctl, 24, $_ + 0, 0, 0, 0 for 0, 3 .. 63;
syscall $prctl, 38, 1, 0, 0, 0;
my $abi = syscall 444, 0, 0, 1;
if ($abi > 0) {
  my $truncate = $abi > 2 ? 1 << 14 : 0;
  my $change = 0x1ff2 | $truncate;
  my $asked = $abi > 5 ? pack('QQQ', $change, 0, 3) : pack('Q', $change);
  my $rules = syscall 444, $asked, length $asked, 0;
  for my $path ('/dev/null', split /:/, $writable) {
    sysopen my $file, $path, 010000000 or next;
    my $rule = pack 'Ql', -d $path ? $change : 2 | $truncate, fileno $file;
    syscall 445, $rules, 1, $rule, 0;
  }
  syscall 446, $rules, 0;
}
$filter = pack 'H*', $filter;
my $program = pack 'S x6 P', length($filter) / 8, $filter;
syscall $prctl, 22, 2, $program, 0, 0;
exec { $command[0] } @command or print STDERR "$command[0]: $!\\n";
exit 127;
`

/**
 * What a process that opens strangers' files is started by, so that a file that has taken it over finds little to do:
 * - no sockets (seccomp): not the database, not Redis, not the network, local sockets included;
 * - no view into other processes (Landlock): the parent's environment has the secrets that its own has not;
 * - nothing to write (Landlock): the ledger and the received files may belong to the same user;
 * - memory of its own up to a limit that the kernel keeps (RLIMIT_DATA), and no core dump, which would hold a letter.
 *
 * It holds from the program's first instruction, needs no privilege, and works in containers, where a network namespace (`unshare --net`) mostly
 * is refused; nor would that one shut off a database's socket in the file system. RLIMIT_AS is no choice: V8 and WebAssembly reserve far more
 * addresses than they use. Without Perl, on other processors and with `IMR_CONFINE=off` the memory limit alone holds, and elsewhere than on Linux
 * nothing: `openDoors` tells.
 */
export function confined(inner: Command, bounds: Bounds): Command {
  const means = meansOf(process.env)
  if (means.kind === 'none') return inner
  if (means.kind === 'limit') {
    const kilobytes = Math.floor(bounds.memoryBytes / 1024)
    const script = `ulimit -c 0; ulimit -d ${kilobytes}; exec "$@"`
    return { command: 'sh', args: ['-c', script, 'sh', inner.command, ...inner.args] }
  }
  const { prctl, prlimit64 } = means.calls
  const { writable = [], memoryBytes } = bounds
  const settings = [prctl, prlimit64, Math.floor(memoryBytes), filterProgram(means.calls), writable.join(':')]
  return { command: 'perl', args: ['-e', SCRIPT, ...settings.map(String), inner.command, ...inner.args] }
}

/** `full`: by these system calls; `limit`: the memory limit alone, by the shell. */
type Means =
  | { readonly kind: 'full'; readonly calls: SystemCalls }
  | { readonly kind: 'limit' }
  | { readonly kind: 'none' }

function meansOf({ PATH, IMR_CONFINE }: NodeJS.ProcessEnv): Means {
  if (process.platform !== 'linux') return { kind: 'none' }
  const calls = systemCalls[process.arch]
  return calls && IMR_CONFINE !== 'off' && isOnPath('perl', PATH) ? { kind: 'full', calls } : { kind: 'limit' }
}

function isOnPath(command: string, path = ''): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

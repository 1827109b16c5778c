import { type Compose, type Service, setting } from './set-up.ts'

/** Mounts that each service needs; whatever else it mounts is one too many. */
const mounts: Readonly<Record<string, readonly string[]>> = {
  serve: ['files:/files', 'uploads:/data'],
  worker: ['files:/files'],
  redis: ['redis:/data'],
  postgres: ['postgres:/var/lib/postgresql/data'],
}

type Rule<T> = readonly [rule: string, broken: (it: T, name: string) => boolean]

const ofServices: readonly Rule<Service>[] = [
  ['writes to its image', (s) => s.read_only !== true],
  ['keeps powers', (s) => s.cap_drop?.join() !== 'ALL' || s.cap_add !== undefined || s.privileged === true],
  ['may gain powers', (s) => !s.security_opt?.includes('no-new-privileges:true')],
  ['has no limit on memory', (s) => !/\d+[mg]\b/.test(s.deploy?.resources?.limits?.memory ?? '')],
  ['has no limit on processes', (s) => !(Number(s.deploy?.resources?.limits?.pids) > 0)],
  [
    'mounts more or less than it needs',
    (s, name) => [...(s.volumes ?? [])].sort().join() !== (mounts[name] ?? []).join(),
  ],
  [
    'has a tmpfs without limit, or that runs programs',
    (s) => (s.tmpfs ?? []).some((t) => !/:(?=.*\bsize=)(?=.*\bnoexec\b)(?=.*\bnosuid\b)/.test(t)),
  ],
  // Ours says who it runs as in the Dockerfile.
  ['runs as root', (s) => !s.image?.startsWith('imr-intake') && !/^[1-9]\d*:[1-9]\d*$/.test(s.user ?? '')],
  ['is not of an exact version', (s) => !/:\d+\.\d+(\.\d+)?(-\w+)?(@sha256:[0-9a-f]{64})?$/.test(s.image ?? '')],
]

/** What is wrong with the services, each as `name: what`. */
export const faultsOfServices = ({ services }: Compose): readonly string[] =>
  Object.entries(services).flatMap(([name, service]) =>
    ofServices.filter(([, broken]) => broken(service, name)).map(([rule]) => `${name}: ${rule}`),
  )

/** Settings that every unit has, word for word. */
const shut: Readonly<Record<string, string>> = {
  User: 'imr',
  NoNewPrivileges: 'yes',
  CapabilityBoundingSet: '',
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  PrivateTmp: 'yes',
  PrivateDevices: 'yes',
  PrivateMounts: 'yes',
  ProtectProc: 'invisible',
  ProtectClock: 'yes',
  ProtectControlGroups: 'yes',
  ProtectHostname: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelTunables: 'yes',
  LockPersonality: 'yes',
  RestrictNamespaces: 'yes',
  RestrictRealtime: 'yes',
  RestrictSUIDSGID: 'yes',
  RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6',
  SystemCallArchitectures: 'native',
  // Not the default, which kills: a reader that is shut off by a call which an old systemd does not know would die of it.
  SystemCallErrorNumber: 'EPERM',
  KeyringMode: 'private',
  RemoveIPC: 'yes',
  LimitCORE: '0',
  StateDirectory: 'imr',
  StateDirectoryMode: '0700',
  UMask: '0077',
}

/** What is wrong with a unit. */
export function faultsOfUnit(unit: string): readonly string[] {
  const has = (name: string) => new RegExp(`^${name}=`, 'm').test(unit)
  const open = Object.entries(shut).filter(([name, value]) => !has(name) || setting(unit, name) !== value)
  const bounded = ['MemoryMax', 'TasksMax'].filter((name) => !/^\d+[GM%]?$/.test(setting(unit, name)))
  return [
    ...open.map(([name]) => name),
    ...bounded,
    ...(/^SystemCallFilter=@system-service$/m.test(unit) ? [] : ['SystemCallFilter']),
    // Node.js compiles at run time.
    ...(/^MemoryDenyWriteExecute=yes/m.test(unit) ? ['MemoryDenyWriteExecute'] : []),
  ]
}

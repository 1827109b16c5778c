/** Numbers of Linux's system calls, by Node's name of the processor (asm/unistd_64.h, asm-generic/unistd.h), and the processor's own (linux/audit.h). */
export type SystemCalls = {
  readonly auditArch: number
  readonly prctl: number
  readonly prlimit64: number
  readonly socketpair: number
  /** Those that a confined process may not make. */
  readonly refused: readonly number[]
}

export const systemCalls: Readonly<Partial<Record<string, SystemCalls>>> = {
  x64: {
    auditArch: 0xc000003e,
    prctl: 157,
    prlimit64: 302,
    socketpair: 53,
    // socket, connect; ptrace, process_vm_readv, process_vm_writev, pidfd_getfd; io_uring_setup, which opens sockets past every filter; keyctl, bpf.
    refused: [41, 42, 101, 310, 311, 438, 425, 250, 321],
  },
  arm64: {
    auditArch: 0xc00000b7,
    prctl: 167,
    prlimit64: 261,
    socketpair: 199,
    refused: [198, 203, 117, 270, 271, 438, 425, 219, 280],
  },
}

// Of linux/bpf_common.h, linux/seccomp.h, errno.h and sys/socket.h.
const [LOAD, JUMP_EQUAL, JUMP_AT_LEAST, AND, RETURN] = [0x20, 0x15, 0x35, 0x54, 0x06]
const ALLOW = 0x7fff0000
const REFUSE = 0x00050000 | 1
const [NUMBER, ARCH, SECOND_ARGUMENT] = [0, 4, 24]
/** Numbers of another calling convention of the same processor (x32) have this bit. */
const X32 = 0x40000000
const [TYPE_MASK, SOCK_STREAM] = [0xf, 1]

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number]

/**
 * The filter as the kernel takes it (`struct sock_filter[]`), in hexadecimal: refused calls end with EPERM, all others are made. A connected pair
 * of sockets is a pipe and allowed, as long as it is a stream: a datagram socket of a pair could be connected elsewhere.
 */
export function filterProgram({ auditArch, socketpair, refused }: SystemCalls): string {
  // Distances are counted in instructions behind the jump; the last three are: is it a stream?, refuse, allow.
  const size = 7 + refused.length + 3
  const [refuse, allow] = [size - 2, size - 1]
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCH],
    [JUMP_EQUAL, 0, refuse - 2, auditArch],
    [LOAD, 0, 0, NUMBER],
    [JUMP_AT_LEAST, refuse - 4, 0, X32],
    ...refused.map((number, i): Instruction => [JUMP_EQUAL, refuse - (4 + i) - 1, 0, number]),
  ]
  program.push([JUMP_EQUAL, 0, allow - program.length - 1, socketpair])
  program.push([LOAD, 0, 0, SECOND_ARGUMENT], [AND, 0, 0, TYPE_MASK])
  program.push([JUMP_EQUAL, 1, 0, SOCK_STREAM], [RETURN, 0, 0, REFUSE], [RETURN, 0, 0, ALLOW])
  const bytes = Buffer.alloc(8 * program.length)
  program.forEach(([code, whenTrue, whenFalse, value], i) => {
    bytes.writeUInt16LE(code, 8 * i)
    bytes.writeUInt8(whenTrue, 8 * i + 2)
    bytes.writeUInt8(whenFalse, 8 * i + 3)
    bytes.writeUInt32LE(value, 8 * i + 4)
  })
  return bytes.toString('hex')
}

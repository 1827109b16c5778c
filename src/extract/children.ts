import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()

/**
 * Ends a child when this process exits, however busy the child is. (When this process is killed the child sees its input or its channel end,
 * and goes when its hands are free.) Our children are in process groups of their own, where a terminal's signals do not reach them.
 */
export function endWithUs(child: ChildProcess): void {
  if (children.size === 0) process.on('exit', endAll)
  children.add(child)
  child.once('exit', () => {
    children.delete(child)
    if (children.size === 0) process.off('exit', endAll)
  })
}

function endAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

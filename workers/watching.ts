import type { FailureCode } from '../src/model/index.ts'
import type { Observer } from '../src/queue/index.ts'

/** Tells `hear` of every failure, whether it may pass or not. */
export function watching(observer: Observer, hear: (cause: FailureCode) => void): Observer {
  return {
    ...observer,
    postponed: (sha256, cause) => {
      observer.postponed(sha256, cause)
      hear(cause)
    },
    failed: (...told) => {
      observer.failed(...told)
      hear(told[2])
    },
  }
}

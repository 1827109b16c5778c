export { ageText, parseAge } from './age.ts'
export { finishForgetting } from './forget.ts'
export { startRetention } from './keeper.ts'
export { leftBehind } from './left-behind.ts'
export {
  type Retention,
  type RetentionStanding,
  retentionOf,
  retentionSchema,
  setRetention,
  standingOf,
} from './policy.ts'

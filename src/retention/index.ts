export { ageText, parseAge } from './age.ts'
export { startRetention } from './keeper.ts'
export {
  type Retention,
  type RetentionStanding,
  retentionOf,
  retentionSchema,
  setRetention,
  standingOf,
} from './policy.ts'

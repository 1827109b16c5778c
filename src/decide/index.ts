export { type GuidelineLibrary, parseGuidelines } from './guidelines/library.ts'
export { propose } from './judgement/propose.ts'

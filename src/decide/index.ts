export { type GuidelineLibrary, parseGuidelines } from './library.ts'
export { propose } from './propose.ts'

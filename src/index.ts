// The package's programming interface: the stages, each with its types.
export { type GuidelineLibrary, parseGuidelines, propose } from './decide/index.ts'
export { type EngineChoice, openEngine, type ReadOptions, readDocument } from './extract/index.ts'
export { loadGuidelines } from './guidelines.ts'
export * from './model/index.ts'
export { normalizeLetter, splitLetters } from './normalize/index.ts'
export { type PipelineOptions, readCases, type SourceFile } from './pipeline.ts'
export { openStore, type Store } from './store/index.ts'
export { version } from './version.ts'

declare module '*.css'

declare module 'tinykeys' {
  export function createKeybindingsHandler(
    bindings: Readonly<Record<string, (event: KeyboardEvent) => void>>,
  ): (event: KeyboardEvent) => void
}

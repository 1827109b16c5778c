/** The id of a resource that is being made, and those of the others of its letter by what they are: `patient`, `service 2`. */
export type Named = { readonly id: string; readonly uuid: (what: string) => string }

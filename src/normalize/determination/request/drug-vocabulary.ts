import { z } from 'zod'
import { singular } from '../../../language/spelling/spelling.ts'
import drugsData from '../../../language/vocabulary/drugs.json' with { type: 'json' }
import { type Category, categorySchema } from '../../../model/index.ts'

const list = z.array(z.string().min(1))
const vocabulary = z
  .object({
    /** Names, brand and generic, by the contract's class. */
    classes: z.partialRecord(categorySchema, list),
    /** Products of several drugs: product → ingredients in the order of their strengths. */
    combinations: z.record(z.string(), list),
    /** Endings of generic names that give the class away (USAN stems). */
    stems: z.partialRecord(categorySchema, list),
    /** Words for drugs in general, which any named drug outranks. */
    general: list,
    forms: z.object({ topical: list, other: list, staysSystemic: list, several: list }).strict(),
    salts: list,
    /** What may stand before the name of a drug. */
    prefixes: list,
  })
  .strict()
  .parse(drugsData)

const pairs = <T extends string>(record: Partial<Record<T, readonly string[]>>) =>
  Object.entries<readonly string[] | undefined>(record).flatMap(([category, names]) =>
    (names ?? []).map((name): readonly [string, Category] => [name, categorySchema.parse(category)]),
  )

const wordsOf = (phrases: readonly string[]) => new Set(phrases.filter((p) => !p.includes(' ')).map(singular))

const asWritten = (words: readonly string[]) => new Map(words.map((word) => [singular(word), word] as const))
const named = Object.values(vocabulary.classes).flatMap((names) =>
  (names ?? []).flatMap((name) => name.split(/[^a-z]+/)),
)

/** The names of drugs and what is known of them, in lower case. */
export const drugs = {
  classOf: new Map(pairs(vocabulary.classes)),
  ingredients: new Map(Object.entries(vocabulary.combinations)),
  stems: pairs(vocabulary.stems),
  generalWords: new Set(vocabulary.general),
  topicalForms: wordsOf(vocabulary.forms.topical),
  forms: wordsOf([...vocabulary.forms.topical, ...vocabulary.forms.other]),
  staysSystemic: wordsOf(vocabulary.forms.staysSystemic),
  /** Drugs made in several forms, of which a wording names one: `lidocaine patch`. */
  severalForms: new Set(vocabulary.forms.several),
  /** The words of all names, and those that amounts are written in: singular → the word itself. */
  nameWords: asWritten(named.filter((word) => word.length > 3)),
  amountWords: asWritten(['refill', 'refills', 'grams', 'quantity', 'tablets', 'capsules', 'patches']),
  salts: new Set(vocabulary.salts),
  prefixes: [...vocabulary.prefixes].sort((a, b) => b.length - a.length),
} as const

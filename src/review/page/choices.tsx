import type { Signal } from '@preact/signals'

/** Some of several, one at least; `of`: each with what it is. */
export const Choices = <Name extends string>({
  legend,
  of,
  chosen,
}: {
  readonly legend: string
  readonly of: Readonly<Record<Name, string>>
  readonly chosen: Signal<readonly Name[]>
}) => (
  <fieldset>
    <legend>{legend}</legend>
    {(Object.keys(of) as Name[]).map((name) => (
      <label key={name} class="choice">
        <input
          type="checkbox"
          checked={chosen.value.includes(name)}
          required={chosen.value.length === 0}
          onChange={(e) =>
            (chosen.value = e.currentTarget.checked
              ? [...chosen.value, name]
              : chosen.value.filter((one) => one !== name))
          }
        />
        <span>
          <strong>{name}</strong>: {of[name]}
        </span>
      </label>
    ))}
  </fieldset>
)

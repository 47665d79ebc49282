import { z } from 'zod'

const schemaOfType = z.record(z.string(), z.unknown())
const nameOfThing = z.string().refine((name) => name !== '__proto__', 'reserved name')

const parameter = z.object({
  name: nameOfThing,
  type: z.string(),
  required: z.boolean().default(false),
  source: z.string().default('auto'),
  description: z.string().optional(),
  documented: z.boolean().default(true),
  allowArray: z.boolean().default(false),
  nullable: z.boolean().default(false),
  schema: schemaOfType.optional(),
})

const returned = z.object({
  name: nameOfThing,
  type: z.string(),
  root: z.boolean().default(false),
  target: z.string().default('body'),
  description: z.string().optional(),
  schema: schemaOfType.optional(),
  items: schemaOfType.optional(),
})

const method = z.object({
  name: nameOfThing,
  isStatic: z.boolean(),
  accessType: z.string().optional(),
  description: z.string().optional(),
  notes: z.string().optional(),
  documented: z.boolean().default(true),
  streams: z.boolean().default(false),
  http: z.array(z.object({ verb: z.string(), path: z.string() })),
  accepts: z.array(parameter),
  returns: z.array(returned),
})

const sharedClass = z.object({
  name: nameOfThing,
  paths: z.array(z.string()),
  model: z.string().optional(),
  sharedCtor: method.optional(),
  methods: z.array(method),
})

const property = z.object({
  name: nameOfThing,
  type: z.unknown(),
  required: z.boolean().default(false),
  filled: z.boolean().default(false),
  nullable: z.boolean().default(false),
  id: z.number().default(0),
  generated: z.boolean().default(false),
  description: z.string().optional(),
  schema: schemaOfType.optional(),
  inputSchema: schemaOfType.optional(),
})

const relation = z.object({
  name: nameOfThing,
  kind: z.string(),
  target: z.string(),
  many: z.boolean(),
})

const model = z.object({
  name: nameOfThing,
  id: z.array(z.string()),
  description: z.string().optional(),
  properties: z.array(property),
  relations: z.array(relation),
})

const manifest = z.object({
  viaduct: z.literal(1),
  classes: z.array(sharedClass),
  models: z.array(model),
})

/** What the generator reads of a manifest; everything else in it is ignored. */
export type ReadManifest = z.output<typeof manifest>
/** A published class. */
export type ClassDescription = z.output<typeof sharedClass>
/** A shared method. */
export type MethodDescription = z.output<typeof method>
/** One argument a client gives. */
export type ParameterDescription = z.output<typeof parameter>
/** One value a method returns. */
export type ReturnDescription = z.output<typeof returned>
/** A public model. */
export type ModelDescription = z.output<typeof model>
/** One visible property of a model. */
export type PropertyDescription = z.output<typeof property>
/** One relation of a model. */
export type RelationDescription = z.output<typeof relation>

/**
 * Checks the form of a manifest: what `app.describe()` gives, or the JSON of it.
 *
 * **Errors**: a `TypeError` naming the first place that has another form.
 */
export function readManifest(value: unknown): ReadManifest {
  const result = manifest.safeParse(value)
  if (result.success) return result.data
  const [first] = result.error.issues
  const place = first === undefined || first.path.length === 0 ? '' : ` at ${first.path.join('.')}`
  throw new TypeError(`not a manifest of viaduct: ${first?.message ?? 'unknown form'}${place}`)
}

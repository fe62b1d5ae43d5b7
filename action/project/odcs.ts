import { z } from './zod.ts'

import { dimensions, severities } from './contract.ts'

const limit = z.number().optional()
/** SQL may answer with a truth. */
const limitOrTruth = z.union([z.number(), z.boolean()]).optional()
const limits = z.tuple([z.number(), z.number()]).optional()
const scalar = z.union([z.string(), z.number(), z.boolean()])
/** Keys that describe for people and change nothing in what is checked. */
const described = z.unknown().optional()

const description = {
  id: z.string().optional(),
  description: described,
  businessName: described,
  tags: described,
  authoritativeDefinitions: described,
} as const

const customProperties = z
  .array(z.strictObject({ id: described, property: z.string(), value: z.unknown(), description: described }))
  .default([])

const qualityRule = z.strictObject({
  ...description,
  name: described,
  dimension: z.enum(dimensions).optional(),
  method: described,
  severity: z.enum(severities).optional(),
  businessImpact: described,
  schedule: described,
  scheduler: described,
  customProperties,
  type: z.enum(['library', 'text', 'sql', 'custom']).default('library'),
  metric: z.enum(['nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount']).optional(),
  rule: described,
  arguments: z
    .strictObject({
      validValues: z.array(scalar).min(1).optional(),
      pattern: z.string().optional(),
      missingValues: z.array(scalar.nullable()).min(1).optional(),
      properties: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
  unit: z.enum(['rows', 'percent']).default('rows'),
  mustBe: limitOrTruth,
  mustNotBe: limitOrTruth,
  mustBeGreaterThan: limit,
  mustBeGreaterOrEqualTo: limit,
  mustBeLessThan: limit,
  mustBeLessOrEqualTo: limit,
  mustBeBetween: limits,
  mustNotBeBetween: limits,
  // Valid ODCS for other types of rule, or misplaced: worded where the rules are read.
  query: z.string().min(1).optional(),
  engine: described,
  implementation: described,
  validValues: described,
  pattern: described,
})

const relationship = z.strictObject({
  ...description,
  type: z.literal('foreignKey').optional(),
  from: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  to: z.union([z.string(), z.array(z.string()).min(1)]),
  customProperties: described,
})

const serviceLevel = z.strictObject({
  ...description,
  property: z.string().min(1),
  value: described,
  valueExt: described,
  unit: z.string().optional(),
  element: z.string().optional(),
  driver: described,
  scheduler: described,
  schedule: described,
})

const bound = z.union([z.number(), z.string()]).optional()

const property = z.strictObject({
  ...description,
  name: z.string().min(1),
  physicalName: z.string().min(1).optional(),
  physicalType: z.string().optional(),
  logicalType: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'timestamp', 'time', 'object', 'array']),
  logicalTypeOptions: z
    .strictObject({
      minimum: bound,
      maximum: bound,
      exclusiveMinimum: bound,
      exclusiveMaximum: bound,
      minLength: z.int().min(0).optional(),
      maxLength: z.int().min(0).optional(),
      pattern: z.string().optional(),
      multipleOf: z.number().positive().optional(),
      format: z.string().min(1).optional(),
      timezone: described,
      defaultTimezone: z.string().optional(),
      // Of arrays and objects, which are refused where the columns are read.
      minItems: described,
      maxItems: described,
      uniqueItems: described,
      minProperties: described,
      maxProperties: described,
      required: described,
    })
    .default({}),
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  primaryKey: z.boolean().default(false),
  primaryKeyPosition: z.int().optional(),
  partitioned: described,
  partitionKeyPosition: described,
  classification: z.string().optional(),
  encryptedName: described,
  transformSourceObjects: described,
  transformLogic: described,
  transformDescription: described,
  examples: described,
  criticalDataElement: described,
  relationships: z.array(relationship).optional(),
  properties: described,
  items: described,
  quality: z.array(qualityRule).default([]),
  customProperties,
})

const table = z.strictObject({
  ...description,
  name: z.string().min(1),
  logicalType: z.literal('object').optional(),
  physicalName: described,
  physicalType: described,
  dataGranularityDescription: described,
  customProperties: described,
  relationships: z.array(relationship).optional(),
  properties: z.array(property).min(1),
  quality: z.array(qualityRule).default([]),
})

/** A contract as the Open Data Contract Standard 3.1 spells it, before its rules are understood. */
export const odcs = z.strictObject({
  apiVersion: z.enum(['v3.1.0', 'v3.0.2', 'v3.0.1', 'v3.0.0']),
  kind: z.literal('DataContract'),
  id: z.string().min(1),
  version: z.string().min(1),
  status: z.string().min(1),
  schema: z.array(table).min(1),
  name: described,
  tenant: described,
  tags: described,
  servers: described,
  dataProduct: described,
  description: described,
  domain: described,
  support: described,
  price: described,
  team: described,
  roles: described,
  slaDefaultElement: described,
  slaProperties: z.array(serviceLevel).default([]),
  authoritativeDefinitions: described,
  customProperties: described,
  contractCreatedTs: described,
})

export type OdcsProperty = z.output<typeof property>
export type OdcsTable = z.output<typeof table>
export type OdcsRelationship = z.output<typeof relationship>
export type OdcsServiceLevel = z.output<typeof serviceLevel>
export type OdcsQualityRule = z.output<typeof qualityRule>

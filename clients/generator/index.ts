/** Typed clients from manifests: generate them, and tell what breaks them. */
export type { Change } from './change.ts'
export { compareGenerated } from './compare-generated.ts'
export { compareManifests } from './compare-manifests.ts'
export { type GenerateOptions, generateClient, hashManifest } from './generate-client.ts'

/**
 * What a plugin's test imports: `import { contract } from "denoise/testing"`.
 *
 * @module
 */
export { contract, type ContractSettings } from "./pipeline/contract/contract.ts";

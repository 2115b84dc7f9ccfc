/** Where TensorFlow comes from: what is installed, what is fetched and compiled, what this machine can use. */
export { addTensorFlow, type AddTensorFlowOptions } from "./add.ts";
export {
  chooseInstallation,
  type Chosen,
  type Device,
  faultOfGpu,
  findInstallations,
  type Installation,
  packageFolders,
} from "./find.ts";
export { runtimes, type TensorFlowName, type TensorFlowRuntime } from "./table.ts";

/** The wheels of all runtimes: name, version, bytes and SHA-256 of each; and which of their files are needed. */
import type { Wheel } from "./types.ts";

/** Built from JAX 0.11.2 (PJRT API 0.115). Chosen among three: see the README. */
export const cpuWheel = wheel(
  "lammps-jax-pjrt-cpu 0.11.2 62711338 1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
  /^lammps_jax_pjrt_cpu\/pjrt_c_api_cpu_plugin\.so$/,
);

/** Of JAX 0.11.2. */
export const cuda13 = wheel(
  "jax-cuda13-pjrt 0.11.2 134162640 e5ff589d43064913bb74027682d89639c7ea48f9f81c2bae6fc75117e913f93e",
  /\/xla_cuda_plugin\.so$/,
);

/** NVIDIA's libraries for it, those that JAX 0.11.2 asks for. */
export const nvidia13 = nvidia(`
  nvidia-cuda-runtime  13.5.37       2504024  df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d
  nvidia-nvjitlink     13.5.37      46642491  280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb
  nvidia-cuda-nvrtc    13.5.37      58185930  86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc
  nvidia-cublas        13.10.0.20  444289903  dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84
  nvidia-nccl-cu13     2.32.3      305100071  1459723080ac889d73a26edfa3e04383a7928ab31ac8f0ec43b3ea9548b04ff3
  nvidia-cuda-cupti    13.5.25      12592974  9dcca41c12a734192b14e7128ae116bc9ce1b9da686e2ebf48ae7a4415f76650
  nvidia-cuda-nvcc     13.5.37      47028279  f5c4f7ead5d964fb4af42bbf1e6d3ec3c1e6e9d83b53749f691d387e7fcaa3a7
  nvidia-nvvm          13.5.37      75141406  c41bfa362e407405163f103c2229f0765f8cc2ed7d148b754dc77f228bf7e070
  nvidia-cusparse      12.9.4.2    230422857  072667e58c851a318738f5527a12eb225cbf058803f2ea451c722d8cf8edddec
  nvidia-cusolver      12.4.1.2    260003940  b3b8e02fd2f2df869369af075dc3a179d43f6f7b85e94632a7dce556697be044
  nvidia-cufft         12.5.0.14   165072555  b8be26837a5abad2b5b74f3e92dd29f622a42934b355be0961a48712cbba23ad
  nvidia-nvshmem-cu13  3.8.0       182092449  81a4d1f666543e6d34df6d2ff940c7da1435e34e186aab6f3c2b48861b64ef38
  nvidia-cudnn-cu13    9.28.1.4    516817937  a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec
`);

/** Those of them that compile: enough for programs that nobody runs here. */
export const compiler13 = nvidia13.filter(({ name }) => /^nvidia-(cuda-nvcc|nvvm|nvjitlink)$/.test(name));

/** Of JAX 0.11.2. */
export const cuda12 = wheel(
  "jax-cuda12-pjrt 0.11.2 188235313 2133b3afc63307c016ae4980f166b2b3de199759363ead74f7d550eaae953463",
  /\/xla_cuda_plugin\.so$/,
);

/** NVIDIA's libraries for it, those that JAX 0.11.2 asks for. */
export const nvidia12 = nvidia(`
  nvidia-cuda-runtime-cu12  12.9.79       3493179  25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3
  nvidia-nvjitlink-cu12     12.9.86      39748338  e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9
  nvidia-cuda-nvrtc-cu12    12.9.86      89568129  210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4
  nvidia-cublas-cu12        12.9.3.13   581217458  d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72
  nvidia-nccl-cu12          2.32.3      351526311  bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c
  nvidia-cuda-cupti-cu12    12.8.90      10248621  ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182
  nvidia-cuda-nvcc-cu12     12.9.86      40546229  5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0
  nvidia-cusparse-cu12      12.5.10.65  366465088  73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78
  nvidia-cusolver-cu12      11.7.5.82   338117415  15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88
  nvidia-cufft-cu12         11.4.1.4    200877592  c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28
  nvidia-nvshmem-cu12       3.8.0       280800183  b2e5760d6158aefe7bb74348d5128bb1b46a7dd1fd4b7b1e6fe55b4b07888f70
  nvidia-cudnn-cu12         9.28.0.42   716538495  9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375
`);

/** Those that TensorFlow 2.21 asks for. */
export const cuda12Libraries = [
  ...nvidia12.filter(({ name }) => name !== "nvidia-nvshmem-cu12"),
  ...nvidia(`
  nvidia-curand-cu12  10.3.10.19  68295626  49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e
`),
];

/** Of JAX 0.11.2; the libraries of ROCm are those of the system. */
export const rocm7 = wheel(
  "jax-rocm7-pjrt 0.11.2 139991500 f673c6b3ffec3001e259c766ab85415926cfe12f548429f0a41c410b62b0937b",
  /\/xla_rocm_plugin\.so$/,
);

/** All that a TPU needs. */
export const tpu = wheel(
  "libtpu 0.0.48.1 221391425 dfaafbc2b508928c99f80329f3eee729a3ee12aee203a06d9aef0f4513c56dd5",
  /^libtpu\/libtpu\.so$/,
);

/** The plugin and the kernels that it looks for beside it; made for StableHLO as of JAX 0.11, for macOS 14 and newer. */
export const metal = wheel(
  "jax-mps 0.11.1 44734365 defef43da225b50689e72300f33772610003189377cc09b0acb0f9a1364d4e2a",
  /\/(libpjrt_plugin_mps\.dylib|mlx\.metallib)$/,
);

function wheel(row: string, unpack: RegExp): Wheel {
  const [name, version, size, sha256] = row.trim().split(/\s+/) as [string, string, string, string];
  return { name, version, size: Number(size), sha256, unpack };
}

/** XLA compiles its kernels with ptxas, links them with nvlink, and takes mathematical functions from libdevice. */
function nvidia(rows: string): Wheel[] {
  const libraries = /^nvidia\/[^/]+\/lib\/lib[^/]+\.so/;
  const compilers = /\/bin\/(ptxas|nvlink)$|\/libdevice\.10\.bc$/;
  const isCompiler = (row: string) => /nvidia-(cuda-nvcc|nvvm)\b/.test(row);
  return rows.trim().split("\n").map((row) => wheel(row, isCompiler(row) ? compilers : libraries));
}

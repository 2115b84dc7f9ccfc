/**
 * The instructions that run before Deno's own: they put words in front of the arguments, unless the first one is "deno",
 * which they take away. Written for an assembler, beside what it makes of them; a test disassembles nothing, it runs them.
 *
 * Behind them lies a table of 64-bit numbers: how many words, how far Deno's own start is, and how far each word is,
 * measured from the table.
 */

/** What is put in front of an executable of Linux. */
export interface EntryCode {
  /** Machine code without addresses of its own; a multiple of 16 bytes. */
  readonly instructions: Uint8Array;
}

const x8664 = `
                   ; start: what the system hands over: a count, arguments, 0, variables, 0, facts, 0
4989e0             ;   mov r8, rsp
498b08             ;   mov rcx, [r8]
498d7010           ;   lea rsi, [r8+16]
4c8d0dbf000000     ;   lea r9, [rip+table]
4d8b11             ;   mov r10, [r9]
4883f902           ;   cmp rcx, 2
7c1b               ;   jl build
488b06             ;   mov rax, [rsi]
813864656e6f       ;   cmp dword ptr [rax], 0x6f6e6564 # "deno"
7510               ;   jne build
80780400           ;   cmp byte ptr [rax+4], 0
750a               ;   jne build
4531d2             ;   xor r10d, r10d
48ffc9             ;   dec rcx
4883c608           ;   add rsi, 8
                   ; build: the same again below, with the words: the first stays as it is, for the C library holds on to it
4c01d1             ;   add rcx, r10
4989f3             ;   mov r11, rsi
                   ; measure:
48ad               ;   lodsq
4885c0             ;   test rax, rax
75f9               ;   jnz measure
                   ; measure_env:
48ad               ;   lodsq
4885c0             ;   test rax, rax
75f9               ;   jnz measure_env
                   ; measure_aux:
48ad               ;   lodsq
4885c0             ;   test rax, rax
48ad               ;   lodsq
75f7               ;   jnz measure_aux
4c29de             ;   sub rsi, r11
4a8d44d610         ;   lea rax, [r10*8+rsi+16]
4c89de             ;   mov rsi, r11
4c89c7             ;   mov rdi, r8
4829c7             ;   sub rdi, rax
4883e7f0           ;   and rdi, -16
4889fc             ;   mov rsp, rdi
48890f             ;   mov [rdi], rcx
498b4008           ;   mov rax, [r8+8]
48894708           ;   mov [rdi+8], rax
4883c710           ;   add rdi, 16
4d8d5910           ;   lea r11, [r9+16]
                   ; words:
4d85d2             ;   test r10, r10
7416               ;   jz rest
498b03             ;   mov rax, [r11]
4c01c8             ;   add rax, r9
488907             ;   mov [rdi], rax
4883c708           ;   add rdi, 8
4983c308           ;   add r11, 8
49ffca             ;   dec r10
ebe5               ;   jmp words
                   ; rest: the other arguments
48ad               ;   lodsq
48ab               ;   stosq
4885c0             ;   test rax, rax
75f7               ;   jnz rest
                   ; env: the variables
48ad               ;   lodsq
48ab               ;   stosq
4885c0             ;   test rax, rax
75f7               ;   jnz env
                   ; aux: the facts, pairs up to one of kind 0
48ad               ;   lodsq
48ab               ;   stosq
4889c1             ;   mov rcx, rax
48ad               ;   lodsq
48ab               ;   stosq
4885c9             ;   test rcx, rcx
75f0               ;   jnz aux
498b4108           ;   mov rax, [r9+8]
4c01c8             ;   add rax, r9
ffe0               ;   jmp rax
90909090909090909090909090 ;   up to a multiple of 16 bytes
`;

const aarch64 = `
                   ; start: what the system hands over: a count, arguments, 0, variables, 0, facts, 0
e9030091           ;   mov x9, sp
2a0140f9           ;   ldr x10, [x9]
2b410091           ;   add x11, x9, #16
ac070010           ;   adr x12, table
8d0140f9           ;   ldr x13, [x12]
5f0900f1           ;   cmp x10, #2
6b020054           ;   b.lt build
6e0140f9           ;   ldr x14, [x11]
cf014039           ;   ldrb w15, [x14]
ff910171           ;   cmp w15, #'d'
e1010054           ;   b.ne build
cf054039           ;   ldrb w15, [x14, #1]
ff950171           ;   cmp w15, #'e'
81010054           ;   b.ne build
cf094039           ;   ldrb w15, [x14, #2]
ffb90171           ;   cmp w15, #'n'
21010054           ;   b.ne build
cf0d4039           ;   ldrb w15, [x14, #3]
ffbd0171           ;   cmp w15, #'o'
c1000054           ;   b.ne build
cf114039           ;   ldrb w15, [x14, #4]
8f000035           ;   cbnz w15, build
0d0080d2           ;   mov x13, #0
4a0500d1           ;   sub x10, x10, #1
6b210091           ;   add x11, x11, #8
                   ; build: the same again below, with the words: the first stays as it is, for the C library holds on to it
4a010d8b           ;   add x10, x10, x13
ee030baa           ;   mov x14, x11
                   ; measure:
cf8540f8           ;   ldr x15, [x14], #8
efffffb5           ;   cbnz x15, measure
                   ; measure_env:
cf8540f8           ;   ldr x15, [x14], #8
efffffb5           ;   cbnz x15, measure_env
                   ; measure_aux:
cf0541f8           ;   ldr x15, [x14], #16
efffffb5           ;   cbnz x15, measure_aux
ce010bcb           ;   sub x14, x14, x11
ce410091           ;   add x14, x14, #16
ce0d0d8b           ;   add x14, x14, x13, lsl #3
2e010ecb           ;   sub x14, x9, x14
ceed7c92           ;   and x14, x14, #-16
df010091           ;   mov sp, x14
ca8500f8           ;   str x10, [x14], #8
2f0540f9           ;   ldr x15, [x9, #8]
cf8500f8           ;   str x15, [x14], #8
90410091           ;   add x16, x12, #16
                   ; words:
cd0000b4           ;   cbz x13, rest
0f8640f8           ;   ldr x15, [x16], #8
ef010c8b           ;   add x15, x15, x12
cf8500f8           ;   str x15, [x14], #8
ad0500d1           ;   sub x13, x13, #1
fbffff17           ;   b words
                   ; rest: the other arguments
6f8540f8           ;   ldr x15, [x11], #8
cf8500f8           ;   str x15, [x14], #8
cfffffb5           ;   cbnz x15, rest
                   ; env: the variables
6f8540f8           ;   ldr x15, [x11], #8
cf8500f8           ;   str x15, [x14], #8
cfffffb5           ;   cbnz x15, env
                   ; aux: the facts, pairs up to one of kind 0
6f41c1a8           ;   ldp x15, x16, [x11], #16
cf4181a8           ;   stp x15, x16, [x14], #16
cfffffb5           ;   cbnz x15, aux
8f0540f9           ;   ldr x15, [x12, #8]
ef010c8b           ;   add x15, x15, x12
e0011fd6           ;   br x15
909090909090909090909090 ;   up to a multiple of 16 bytes
`;

const bytesOf = (listing: string): EntryCode => ({
  instructions: Uint8Array.fromHex(listing.replaceAll(/;.*/g, "").replaceAll(/\s/g, "")),
});

/** By the name of the processor in a target of Rust, as in `x86_64-unknown-linux-gnu`. */
export const entryCodes: Readonly<Record<string, EntryCode>> = { x86_64: bytesOf(x8664), aarch64: bytesOf(aarch64) };

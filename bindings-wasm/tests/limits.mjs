// How large the WebAssembly may be, in bytes, as it is and compressed by gzip.
export const limits = { raw: 256_000, gzip: 110_000 };

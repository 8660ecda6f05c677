import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // It finds its WebAssembly beside itself, so it must stay where it is.
  optimizeDeps: { exclude: ["@rabatt/engine"] },
  // Here it is a link to the folder above, which the development server would not read; from npm it is not.
  server: { fs: { allow: ["../.."] } },
});

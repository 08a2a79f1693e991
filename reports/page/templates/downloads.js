// A packed file is unpacked as it is saved; a browser that cannot do so saves it packed.
document.querySelectorAll('a[download$=".gz"]').forEach((a) => a.addEventListener("click", async (event) => {
  if (!window.DecompressionStream) return;
  event.preventDefault();
  const packed = Uint8Array.from(atob(a.href.split(",")[1]), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const file = document.createElement("a");
  file.href = URL.createObjectURL(await new Response(stream).blob());
  file.download = a.download.slice(0, -3);
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60000);
}));

/** `sha256:…`, which names an image, whatever registry it comes from. */
export function imageDigest(image: string): string {
  return image.slice(image.lastIndexOf('@') + 1)
}

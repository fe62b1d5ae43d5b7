/** Where `snapshot --pack` writes, below the model's folder: a folder a section. */
export const packedFolder = 'data/packed'

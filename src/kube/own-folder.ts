/** Where krmpod puts what it needs itself into a function's file system. */
export const OWN_FOLDER = '/.krmpod'

/** How large the options of a network can be: far more than any machine trains, so that a slip of the pen is told at once. */

/** Channels of a level, or of an embedding. */
export const mostChannels = 16_384;
/** Levels of a U-Net: each halves the image, and pictures have at most 2048 pixels a side. */
export const mostLevels = 12;
/** Residual blocks of a level. */
export const mostBlocks = 64;

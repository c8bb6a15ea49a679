/** Whether the list and what belongs to it have room beside each other. */
export const SIDE_BY_SIDE = matchMedia("(min-width: 62rem)");

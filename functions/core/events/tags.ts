// Tags that state what the forwarder knows about an event.

/** The mapping does not know the vendor's name of this kind of event. The engine counts these events. */
export const UNKNOWN_EVENT = 'tidemark-unknown-event';
/** The vendor gave no usable time. */
export const UNTIMED = 'tidemark-untimed';
/** The record could not be mapped. */
export const UNMAPPED = 'tidemark-unmapped';
/** The answer of a whole range could not be read. */
export const UNREADABLE = 'tidemark-unreadable';
/** A part of an event that was too large. */
export const PART = 'tidemark-part';
/** Stands in for an event that a format cannot express. */
export const INEXPRESSIBLE = 'tidemark-inexpressible';

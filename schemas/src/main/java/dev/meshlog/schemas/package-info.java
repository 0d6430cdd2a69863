/** What the parts of Meshlog say to each other: records, their encoding, and the catalogue of topics. */
@NullMarked
package dev.meshlog.schemas;

import org.jspecify.annotations.NullMarked;

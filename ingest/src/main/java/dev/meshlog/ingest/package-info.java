/** The edge: what radios and gateways say becomes records, without secrets and exactly once. */
@NullMarked
package dev.meshlog.ingest;

import org.jspecify.annotations.NullMarked;

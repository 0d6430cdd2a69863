/** Virtual nodes: TCP servers that speak a radio's protocol to any number of clients, out of the tables and the one connection to the radio. */
@NullMarked
package dev.meshlog.ingest.virtual;

import org.jspecify.annotations.NullMarked;

/** Questions to the ledger and submission of transactions over HTTP, answered by the instance that has the state. */
@NullMarked
package dev.meshlog.streams.http;

import org.jspecify.annotations.NullMarked;

/** Ed25519 signatures with one verdict, whatever the provider. */
@NullMarked
package dev.meshlog.ledger.crypto;

import org.jspecify.annotations.NullMarked;

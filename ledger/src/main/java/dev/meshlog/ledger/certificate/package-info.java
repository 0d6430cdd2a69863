/** What a quorum of the validators says of a checkpoint, collected, verified and compared with one's own state. */
@NullMarked
package dev.meshlog.ledger.certificate;

import org.jspecify.annotations.NullMarked;

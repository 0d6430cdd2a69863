/** Which state of strangers is believed, and why. */
@NullMarked
package dev.meshlog.ledger.trust;

import org.jspecify.annotations.NullMarked;

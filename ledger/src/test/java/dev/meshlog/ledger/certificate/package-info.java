@NullMarked
package dev.meshlog.ledger.certificate;

import org.jspecify.annotations.NullMarked;

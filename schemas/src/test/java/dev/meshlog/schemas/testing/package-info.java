/** What the tests of several modules share; packed into the test jar of this module. */
@NullMarked
package dev.meshlog.schemas.testing;

import org.jspecify.annotations.NullMarked;

/** Making the topics of the catalogue, comparing them, looking into them. */
@NullMarked
package dev.meshlog.infra.topics;

import org.jspecify.annotations.NullMarked;

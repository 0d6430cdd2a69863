@NullMarked
package dev.meshlog.schemas.json;

import org.jspecify.annotations.NullMarked;

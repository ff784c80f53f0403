/* example.h -- the vector of the Hugging Face article "A Gentle Introduction to 8-bit Matrix
 * Multiplication", which this chapter follows. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#define EXAMPLE_SIZE 8
static const float example[EXAMPLE_SIZE] = {1.2f, -0.5f, -4.3f, 1.2f, -3.1f, 0.8f, 2.4f, 5.4f};

#endif

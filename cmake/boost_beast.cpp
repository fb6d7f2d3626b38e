// Beast is declared everywhere and compiled here, once (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>

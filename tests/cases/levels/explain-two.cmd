pmtac explain unused curly-quote

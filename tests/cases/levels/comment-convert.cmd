printf "# pmtac: allow encoding it is a quotation\n\n# \342\200\213 a zero width space\nvmta a { source 7.8.9.1 mx.acme.example }\n" | pmtac convert --strict -

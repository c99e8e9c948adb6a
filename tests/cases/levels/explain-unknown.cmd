pmtac explain tls-claer-login
